// Follows what happens: takes the changed parts of the page and leaves the rest, so that nobody loses their place.
"use strict";

const PARTS = ["head", "buttons", "live"];

const shown = () => Number(document.body.dataset.revision);

async function refresh() {
  const answer = await fetch("/", { cache: "no-store" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of PARTS) {
    const [here, there] = [document.getElementById(id), page.getElementById(id)];
    if (here.innerHTML !== there.innerHTML) here.replaceWith(there);
  }
  document.title = page.title;
  document.body.dataset.revision = page.body.dataset.revision;
}

new EventSource("/events").addEventListener("message", (event) => {
  if (Number(event.data) !== shown()) refresh();
});

// Calls without leaving the page. Without this script the form works as any form does.
document.querySelector("form.calls").addEventListener("submit", (event) => {
  event.preventDefault();
  const wish = new URLSearchParams(new FormData(event.target, event.submitter));
  fetch("/call", { method: "POST", body: wish, redirect: "manual" });
});
