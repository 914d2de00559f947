// Streams one chat turn into the page. Without this script the form posts and the page reloads.
const form = document.getElementById("composer");
const list = document.getElementById("messages");
const status = document.getElementById("turn-status");

function bubble(kind, who) {
  const box = document.createElement("div");
  box.className = `message ${kind}`;
  const name = document.createElement("span");
  name.className = "who";
  name.textContent = who;
  const body = document.createElement("span");
  box.append(name, body);
  list.append(box);
  box.scrollIntoView({ block: "nearest" });
  return body;
}

function* events(buffer) {
  let rest = buffer;
  for (;;) {
    const end = rest.indexOf("\n\n");
    if (end < 0) return rest;
    const block = rest.slice(0, end);
    rest = rest.slice(end + 2);
    const event = { name: "", data: "" };
    for (const line of block.split("\n")) {
      if (line.startsWith("event:")) event.name = line.slice(6).trim();
      else if (line.startsWith("data:")) event.data += line.slice(5);
    }
    if (event.name) yield { name: event.name, data: JSON.parse(event.data || "{}") };
  }
}

async function turn(text) {
  bubble("user", form.dataset.you).textContent = text;
  const answer = bubble("copilot", form.dataset.copilot);
  const reply = await fetch("/api/chat", {
    method: "POST",
    headers: { "content-type": "application/json", "x-csrf-token": form.dataset.csrf },
    body: JSON.stringify({ thread_id: form.dataset.thread, text, language: form.dataset.language }),
  });
  if (!reply.ok) {
    const problem = await reply.json();
    answer.textContent = `${problem.error.code}: ${problem.error.message} ${problem.error.hint}`;
    return;
  }
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    buffer += value;
    const found = events(buffer);
    let step = found.next();
    while (!step.done) {
      const { name, data } = step.value;
      if (name === "stage") status.textContent = data.name;
      else if (name === "token") answer.textContent += data.text;
      else if (name === "answer") answer.textContent = data.text;
      else if (name === "error") answer.textContent = `${data.code}: ${data.message} ${data.hint || ""}`;
      step = found.next();
    }
    buffer = step.value;
  }
}

if (form) {
  const box = form.querySelector("textarea");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (!text) return;
    box.value = "";
    box.disabled = true;
    status.textContent = form.dataset.waiting;
    try {
      await turn(text);
      // the card beside the conversation is rendered by the desk from what it has kept
      window.location.assign(`/chat/${form.dataset.thread}`);
    } catch (error) {
      status.textContent = form.dataset.lost;
    } finally {
      box.disabled = false;
      box.focus();
    }
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
}
