for (const choice of document.querySelectorAll("input[name=sprog]")) {
  choice.addEventListener("change", () => { document.documentElement.lang = choice.value; });
}
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details:not([open]):not(.sql)")) {
    folded.open = true;
    folded.dataset.folded = "";
  }
});
addEventListener("afterprint", () => {
  for (const folded of document.querySelectorAll("details[data-folded]")) {
    folded.open = false;
    delete folded.dataset.folded;
  }
});
function unfoldTarget() {
  const target = document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
}
addEventListener("hashchange", unfoldTarget);
unfoldTarget();
