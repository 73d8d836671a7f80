// SPDX-License-Identifier: AGPL-3.0-or-later
// A phone in the browser: posts what the person sends, polls what the service sent, plays the provider's receipts.
"use strict";

const POLL = 700;
const VOICE_LIMIT = 30000;
const PINS = [
  ["Tripoli", 32.8872, 13.1913],
  ["Benghazi", 32.1167, 20.0667],
  ["Sabha", 27.0377, 14.4283],
  ["Kufra", 24.1997, 23.2905],
  ["At sea, off Zuwara", 33.35, 12.1],
  ["In the desert, south of Qatrun", 23.9, 14.9],
];
const STATES = {
  waiting: ["◷", "Waits to be sent"], sending: ["◷", "Being sent"], queued: ["◷", "Queued"], sent: ["✓", "Sent"],
  delivered: ["✓✓", "Delivered"], read: ["✓✓", "Read"], failed: ["!", "Not delivered"], refused: ["!", "Refused"],
  held: ["‖", "Held until the person writes"], silenced: ["∅", "Not sent: silence was asked for"],
  unsettled: ["?", "Nobody can tell"],
};
const $ = (id) => document.getElementById(id);
const thread = $("thread");
const phone = { as: "sms", person: null, mark: "", shown: 0, waiting: 0, reading: new Set() };

function make(tag, properties = {}, ...children) {
  const { data, ...rest } = properties;
  const element = Object.assign(document.createElement(tag), rest);
  Object.assign(element.dataset, data);
  element.append(...children);
  return element;
}

// Who writes.

function turnOf(person) {
  return Number(sessionStorage.getItem(`turn ${person.name}`) || 0);
}

function addressOf(person) {
  const number = 100 * (1 + phone.people.indexOf(person)) + turnOf(person);
  return phone.as === "telegram" ? String(7000000 + number) : `+2189100${String(number).padStart(5, "0")}`;
}

function choose(person) {
  phone.person = person;
  for (const card of $("people").children) card.setAttribute("aria-pressed", String(card.dataset.name === person.name));
  $("examples").replaceChildren(...person.says.map((text) =>
    make("button", { type: "button", textContent: text, lang: person.lang, dir: "auto", onclick: () => say({ text }) })));
  begin();
}

function begin() {
  Object.assign(phone, { mark: "", shown: 0, waiting: 0 });
  phone.reading.clear();
  thread.replaceChildren();
  $("status").textContent = "Nothing said yet";
  $("address").textContent = addressOf(phone.person);
  look();
}

// What is sent.

async function say(what) {
  $("attach").open = false;
  document.querySelector(".phone").scrollIntoView({ block: "nearest" });
  phone.waiting = Date.now();
  const body = {
    as: phone.as, address: addressOf(phone.person), name: phone.as === "sms" ? "" : phone.person.name, ...what,
  };
  try {
    const answer = await fetch("/simulator/messages", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    $("status").textContent = answer.ok ? "Sent" : `Not taken: ${answer.status}`;
  } catch {
    $("status").textContent = "The service does not answer";
  }
  look();
}

function sayTyped() {
  const text = $("text").value.trim();
  if (!text) return;
  $("text").value = "";
  grow();
  say({ text });
}

function grow() {
  const box = $("text");
  box.rows = Math.min(5, 1 + (box.value.match(/\n/g) || []).length + Math.floor(box.value.length / 42));
}

function inBase64(blob) {
  return new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.readAsDataURL(blob);
  });
}

async function sayVoice(blob) {
  say({ media: { content_type: blob.type.split(";")[0], data: await inBase64(blob), filename: "voice", voice: true } });
}

// One second of a soft tone, so that a voice note can be tried where there is no microphone.
function sample() {
  const rate = 8000;
  const bytes = new Uint8Array(44 + rate);
  const view = new DataView(bytes.buffer);
  const put = (at, text) => [...text].forEach((letter, step) => view.setUint8(at + step, letter.charCodeAt(0)));
  put(0, "RIFF"); view.setUint32(4, 36 + rate, true); put(8, "WAVEfmt "); view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); view.setUint16(22, 1, true); view.setUint32(24, rate, true);
  view.setUint32(28, rate, true); view.setUint16(32, 1, true); view.setUint16(34, 8, true);
  put(36, "data"); view.setUint32(40, rate, true);
  for (let step = 0; step < rate; step += 1) {
    bytes[44 + step] = 128 + Math.round(40 * Math.sin(step / 6) * Math.sin((Math.PI * step) / rate));
  }
  return new Blob([bytes], { type: "audio/wav" });
}

async function record() {
  const button = $("record");
  if (phone.recorder) return phone.recorder.stop();
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    button.textContent = "No microphone";
    button.disabled = true;
    return undefined;
  }
  const pieces = [];
  const recorder = new MediaRecorder(stream);
  phone.recorder = recorder;
  recorder.ondataavailable = (event) => pieces.push(event.data);
  recorder.onstop = () => {
    for (const track of stream.getTracks()) track.stop();
    phone.recorder = null;
    button.textContent = "Record";
    sayVoice(new Blob(pieces, { type: recorder.mimeType || "audio/webm" }));
  };
  recorder.start();
  button.textContent = "Stop and send";
  setTimeout(() => recorder.state === "recording" && recorder.stop(), VOICE_LIMIT);
  return undefined;
}

// What is shown.

function bubble(item) {
  const out = item.direction === "out";
  const [sign, means] = STATES[item.state] || ["", ""];
  const parts = [];
  if (item.kind === "location") parts.push(make("span", { className: "pin", textContent: "◎ Location" }));
  if (item.kind === "media") parts.push(make("span", { className: "voice", textContent: "▶ Voice note" }));
  if (item.text) parts.push(make("p", { className: "words", dir: "auto", textContent: item.text }));
  const time = new Date(item.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const foot = make("p", { className: "foot" }, time);
  if (out && phone.as === "sms") foot.append(` · ${item.segments} SMS`);
  if (sign) foot.append(make("span", { className: `state ${item.state}`, title: means, textContent: ` ${sign}` }));
  if (means) foot.append(make("span", { className: "hide", textContent: means }));
  if (out && ["sent", "delivered"].includes(item.state)) foot.append(playButtons(item));
  parts.push(foot);
  const row = make("li", { className: `bubble ${out ? "them" : "me"}`, data: { state: item.state || "" } }, ...parts);
  if (!item.buttons || !item.buttons.length) return [row];
  const rows = item.buttons.map((choices) => make("div", {}, ...choices.map(([title, payload]) =>
    make("button", { type: "button", textContent: title, dir: "auto", onclick: () => say({ payload, text: title }) }))));
  return [row, make("li", { className: "choices" }, ...rows)];
}

function playButtons(item) {
  const wanted = item.state === "sent" ? ["delivered", "failed"] : ["read"];
  return make("span", { className: "play" }, ...wanted.map((state) =>
    make("button", { type: "button", textContent: state, title: `Play the receipt: ${state}`,
      onclick: () => receipt(item.id, state) })));
}

function show(items) {
  const atEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 80;
  const answered = items.length && items[items.length - 1].direction === "out";
  if (answered) phone.waiting = 0;
  const fresh = items.length !== phone.shown;
  phone.shown = items.length;
  thread.replaceChildren(...items.flatMap(bubble));
  typing();
  if (items.length) $("status").textContent = answered ? "Answered" : "Sent";
  if (atEnd || fresh) thread.scrollTop = thread.scrollHeight;
  if (phone.as !== "sms" && !document.hidden) {
    for (const item of items) if (item.direction === "out" && item.state === "delivered") readSoon(item.id);
  }
}

function typing() {
  const busy = phone.waiting && Date.now() - phone.waiting < 8000;
  const there = thread.querySelector(".typing");
  if (busy && !there) {
    thread.append(make("li", { className: "bubble them typing", ariaLabel: "Writing" },
      make("i"), make("i"), make("i")));
    thread.scrollTop = thread.scrollHeight;
  } else if (!busy && there) there.remove();
}

function readSoon(id) {
  if (phone.reading.has(id)) return;
  phone.reading.add(id);
  setTimeout(() => receipt(id, "read"), 1500);
}

async function receipt(part, state) {
  await fetch("/simulator/receipts", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ part, state }),
  }).catch(() => undefined);
}

async function look() {
  if (document.hidden || !phone.person) return;
  const asked = { as: phone.as, address: addressOf(phone.person) };
  try {
    const answer = await fetch(`/simulator/thread?${new URLSearchParams({ ...asked, after: phone.mark })}`);
    if (asked.as !== phone.as || asked.address !== addressOf(phone.person)) return;
    if (answer.status === 200) {
      const found = await answer.json();
      phone.mark = found.mark;
      show(found.items);
    } else typing();
  } catch {
    $("status").textContent = "The service does not answer";
  }
}

// Setting up.

async function start() {
  const source = document.querySelector("script[data-people]").dataset.people;
  phone.people = await (await fetch(source)).json();
  $("people").append(...phone.people.map((person) => make("button",
    { type: "button", data: { name: person.name }, onclick: () => choose(person) },
    make("b", { textContent: person.name }), make("span", { textContent: person.language }),
    make("small", { textContent: person.from }))));
  $("pins").append(...PINS.map(([label, latitude, longitude]) => make("button",
    { type: "button", textContent: label, onclick: () => say({ location: { latitude, longitude } }) })));
  for (const radio of document.getElementsByName("as")) {
    radio.addEventListener("change", () => {
      phone.as = radio.value;
      document.body.dataset.as = radio.value;
      begin();
    });
    if (radio.checked) document.body.dataset.as = phone.as = radio.value;
  }
  $("compose").addEventListener("submit", (event) => { event.preventDefault(); sayTyped(); });
  $("text").addEventListener("input", grow);
  $("text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); sayTyped(); }
  });
  $("sample").addEventListener("click", () => sayVoice(sample()));
  if (window.MediaRecorder && navigator.mediaDevices) {
    $("record").hidden = false;
    $("record").addEventListener("click", record);
  }
  $("fresh").addEventListener("click", () => {
    sessionStorage.setItem(`turn ${phone.person.name}`, String((turnOf(phone.person) + 1) % 100));
    begin();
  });
  choose(phone.people[0]);
  setInterval(look, POLL);
  document.addEventListener("visibilitychange", look);
}

start();
