// What every page can do before, and without, the wasm: switch between night and morning, and say what time it is here.
addEventListener('click', (event) => {
  if (!event.target.closest('.theme')) return;
  const root = document.documentElement;
  const light = matchMedia('(prefers-color-scheme: light)').matches;
  const now = root.dataset.theme || (light ? 'morning' : 'night');
  root.dataset.theme = now === 'night' ? 'morning' : 'night';
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
});
document.cookie = `zone=${-new Date().getTimezoneOffset()}; path=/; max-age=31536000; samesite=lax`;
