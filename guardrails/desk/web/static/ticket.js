// Counts down the time that is left for a decision; the page says it once without this script.
const place = document.querySelector("[data-left]");

if (place) {
  const started = performance.now();
  const total = Number(place.dataset.left);
  const show = () => {
    const left = Math.max(Math.round(total - (performance.now() - started) / 1000), 0);
    const minutes = Math.floor(left / 60);
    const span = minutes ? `${minutes} min ${left % 60} s` : `${left} s`;
    place.textContent = left ? place.dataset.words.replace("{span}", span) : place.dataset.over;
    place.classList.toggle("look", left < 30);
    if (left) setTimeout(show, 1000);
  };
  show();
}
