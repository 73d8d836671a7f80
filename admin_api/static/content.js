// SPDX-License-Identifier: AGPL-3.0-or-later
// Says while one types what is wrong with a text. Without it the same is said after saving.
"use strict";

for (const form of document.querySelectorAll("form[data-live]")) {
  const place = form.querySelector("[data-problems]");
  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      try {
        const answer = await fetch(form.dataset.live, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "error" });
        if (answer.ok) place.replaceChildren(new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".problems"));
      } catch {
        // The line is down; saving checks again.
      }
    }, 600);
  });
}
