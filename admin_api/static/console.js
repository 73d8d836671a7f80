// SPDX-License-Identifier: AGPL-3.0-or-later
// Small comforts; every page works without them.
"use strict";

// A form that was sent cannot be sent twice by a second tap; its key would make the second one harmless anyway.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button")) button.disabled = true;
  });
}
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

// Counts in the page follow what happens, without waking the session.
const counters = document.querySelectorAll("[data-pulse]");
async function pulse() {
  if (document.hidden) return;
  try {
    const answer = await fetch("/console/pulse", { redirect: "error" });
    if (!answer.ok) return;
    const counts = await answer.json();
    for (const counter of counters) counter.textContent = counts[counter.dataset.pulse];
  } catch {
    // The line is down; the next round tries again.
  }
}
if (counters.length) setInterval(pulse, 30000);
