import { find } from './dom.js';

/** On a narrow screen one page at a time is shown; on a wide one all are. */
export const showPage = (id) => {
  document.body.dataset.page = id;
  for (const link of document.querySelectorAll('.pages button')) {
    link.setAttribute('aria-current', String(link.dataset.page === id));
  }
};

/** Tabs as people know them: the arrow keys go from one to the next. */
export const openTabs = () => {
  const tabs = [...document.querySelectorAll('[role="tab"]')];
  const open = (tab) => {
    for (const one of tabs) {
      const isOpen = one === tab;
      one.setAttribute('aria-selected', String(isOpen));
      one.tabIndex = isOpen ? 0 : -1;
      find(`#${one.getAttribute('aria-controls')}`).hidden = !isOpen;
    }
  };
  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener('click', () => open(tab));
    tab.addEventListener('keydown', ({ key }) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (step === undefined) return;
      const next = tabs[(index + step + tabs.length) % tabs.length];
      open(next);
      next.focus();
    });
  }
  for (const link of document.querySelectorAll('.pages button')) {
    link.addEventListener('click', () => showPage(link.dataset.page));
  }
  open(tabs[0]);
  showPage('phone-page');
};
