// Streams one chat turn into the page. Without this script the form posts and the page reloads.
const form = document.getElementById("composer");
const status = document.getElementById("turn-status");
const stop = document.getElementById("stop");
const box = document.getElementById("text");
const send = form.querySelector("button.primary");
const stages = JSON.parse(form.dataset.stages);
let running = null;

function bubble(mine, who) {
  const list = document.getElementById("messages");
  list.querySelector(".empty")?.remove();
  const message = document.createElement("div");
  message.className = mine ? "message mine" : "message";
  const name = document.createElement("span");
  name.className = "who";
  name.textContent = who;
  const body = document.createElement("div");
  body.className = "body";
  message.append(name, body);
  list.append(message);
  message.scrollIntoView({ block: "nearest" });
  return body;
}

// Takes whole events off the front of the text; returns them and what is left over.
function take(text) {
  const blocks = text.split("\n\n");
  const rest = blocks.pop();
  const events = blocks.map((block) => {
    const event = { name: "", data: "" };
    for (const line of block.split("\n")) {
      if (line.startsWith("event:")) event.name = line.slice(6).trim();
      else if (line.startsWith("data:")) event.data += line.slice(5);
    }
    return { name: event.name, data: JSON.parse(event.data || "{}") };
  });
  return { events, rest };
}

function show(event, answer) {
  const { name, data } = event;
  if (name === "stage") status.textContent = stages[data.name] || form.dataset.waiting;
  else if (name === "token") answer.textContent += data.text;
  else if (name === "answer") answer.textContent = data.text;
  else if (name === "error") answer.textContent = `${data.message} ${data.hint || ""} ${data.code}`;
}

async function turn(text) {
  bubble(true, form.dataset.you).textContent = text;
  const answer = bubble(false, form.dataset.copilot);
  const { thread, language, csrf } = form.dataset;
  const reply = await fetch("/api/chat", {
    method: "POST",
    signal: running.signal,
    headers: { "content-type": "application/json", "x-csrf-token": csrf },
    body: JSON.stringify({ thread_id: thread, text, language }),
  });
  if (!reply.ok) {
    const { error } = await reply.json();
    answer.textContent = `${error.message} ${error.hint} ${error.code}`;
    return false;
  }
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let text_left = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return true;
    const { events, rest } = take(text_left + value);
    text_left = rest;
    for (const event of events) show(event, answer);
    answer.scrollIntoView({ block: "nearest" });
  }
}

// Messages and card as the desk keeps them: it renders every number and every name.
async function refresh() {
  const reply = await fetch(window.location.pathname);
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  for (const id of ["messages", "beside"]) {
    const fresh = page.getElementById(id);
    if (!fresh) return window.location.assign(window.location.pathname);
    document.getElementById(id).replaceWith(document.adoptNode(fresh));
  }
  document.getElementById("messages").lastElementChild?.scrollIntoView({ block: "nearest" });
}

function busy(now) {
  send.disabled = now;
  stop.hidden = !now;
  status.textContent = now ? form.dataset.waiting : "";
  document.getElementById("messages").setAttribute("aria-busy", String(now));
}

async function ask(text) {
  if (running || !text) return;
  running = new AbortController();
  busy(true);
  let note = "";
  try {
    if (await turn(text)) await refresh();
  } catch (error) {
    note = error.name === "AbortError" ? form.dataset.stopped : form.dataset.lost;
  }
  running = null;
  busy(false);
  status.textContent = note;
  box.focus();
}

function grow() {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 2, 240)}px`;
}

document.addEventListener("submit", (event) => {
  const started = event.target;
  if (started !== form && !started.classList.contains("starter")) return;
  event.preventDefault();
  const text = started.elements.text.value.trim();
  if (started === form) box.value = "";
  grow();
  ask(text);
});
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});
box.addEventListener("input", grow);
stop.addEventListener("click", () => running?.abort());
form.querySelector(".keys").hidden = false;
