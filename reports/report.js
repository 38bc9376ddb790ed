/* report.js - what report.html gains from a script: filter, search, copying, opening what a link
   leads to. All else works without it. */
'use strict';

(function () {
  const form = document.getElementById('filter');
  const search = document.getElementById('search');
  const verdict = document.getElementById('verdict');
  const found = document.getElementById('found');
  const rows = Array.from(document.querySelectorAll('#all tbody tr'));
  const groups = Array.from(document.querySelectorAll('#all .group'));
  const cases = Array.from(document.querySelectorAll('#problems .case'));
  const wasOpen = new Map(groups.map((group) => [group, group.open]));
  const words = new Map();

  function textOf(element) {
    if (!words.has(element)) words.set(element, element.textContent.toLowerCase());
    return words.get(element);
  }

  function matches(element, group, wanted, kind) {
    if (kind && !element.classList.contains(kind)) return false;
    if (!wanted) return true;
    const text = (group ? textOf(group.querySelector('summary')) + ' ' : '') + textOf(element);
    return wanted.every((word) => text.includes(word));
  }

  /* Hides what does not match; a group opens when something in it is looked for. */
  function filter() {
    const kind = verdict.value;
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const narrowed = Boolean(kind || wanted.length);
    let count = 0;
    for (const row of rows) {
      row.hidden = !matches(row, row.closest('.group'), wanted, kind);
      count += row.hidden ? 0 : 1;
    }
    for (const group of groups) {
      const any = Array.from(group.querySelectorAll('tbody tr')).some((row) => !row.hidden);
      group.hidden = !any;
      group.open = narrowed ? any && count <= 500 : wasOpen.get(group);
    }
    for (const element of cases) element.hidden = !matches(element, null, wanted, kind);
    found.textContent = narrowed ? count + ' of ' + rows.length + ' cases' : '';
  }

  /* Opens all that is folded around what the address names. */
  function reveal() {
    const id = decodeURIComponent(location.hash.slice(1));
    const target = id && document.getElementById(id);
    if (!target) return;
    let hidden = false;
    for (let at = target; at; at = at.parentElement) {
      if (at.tagName === 'DETAILS') at.open = true;
      hidden = hidden || at.hidden;
    }
    if (hidden) {
      search.value = '';
      verdict.value = '';
      filter();
    }
    target.scrollIntoView({block: target.closest('.steps') ? 'center' : 'start'});
  }

  async function copy(button) {
    const text = button.parentElement.querySelector('pre');
    try {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = 'Copied';
    } catch (error) {
      /* Not from a file, or not allowed: select it, so that a key does. */
      const range = document.createRange();
      range.selectNodeContents(text);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      button.textContent = 'Selected';
    }
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  }

  form.hidden = false;
  form.addEventListener('submit', (event) => event.preventDefault());
  search.addEventListener('input', filter);
  verdict.addEventListener('change', filter);
  for (const link of document.querySelectorAll('.counts a'))
    link.addEventListener('click', () => {
      verdict.value = link.dataset.verdict;
      filter();
    });
  for (const button of document.querySelectorAll('.copy')) {
    button.hidden = false;
    button.addEventListener('click', () => copy(button));
  }
  window.addEventListener('hashchange', reveal);
  filter();
  reveal();
}());
