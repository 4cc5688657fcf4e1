import { expect } from 'chai';
import { refuseCard } from './template-rules.ts';

type Card = Parameters<typeof refuseCard>[0];
const buttons = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `b-${index}`, title: 'Yes' }));
const card = (changes: Partial<Card> = {}): Card => ({
  type: 'template',
  card: 'qa_button_card',
  title: 'Which size?',
  buttons: buttons(2),
  ...changes,
});

describe('a card', () => {
  const good: readonly (readonly [string, Partial<Card>])[] = [
    ['a title of 40 characters', { title: '👋'.repeat(40) }],
    ['one button', { buttons: buttons(1) }],
    ['three buttons', { buttons: buttons(3) }],
    ['a button of 20 characters', { buttons: [{ id: '', title: 'x'.repeat(20) }] }],
    ['a link of 40 characters', { card: 'qa_link_card', buttons: [{ id: 'b', title: 'x'.repeat(40) }] }],
    ['a button id of 40 characters', { buttons: [{ id: 'x'.repeat(40), title: 'Yes' }] }],
  ];
  for (const [what, changes] of good) {
    it(`is good with ${what}`, () => {
      expect(refuseCard(card(changes))).to.equal(null);
    });
  }

  const bad: readonly (readonly [string, Partial<Card>, string])[] = [
    ['no title', { title: '' }, 'Param template.title is required.'],
    ['a title of 41 characters', { title: 'x'.repeat(41) }, 'Param template.title is longer than 40 characters.'],
    ['no button', { buttons: [] }, 'Param template.buttons takes 1 to 3 buttons.'],
    ['four buttons', { buttons: buttons(4) }, 'Param template.buttons takes 1 to 3 buttons.'],
    [
      'a button of 21 characters',
      { buttons: [...buttons(1), { id: 'b', title: 'x'.repeat(21) }] },
      'Param template.buttons.1.title is longer than 20 characters.',
    ],
    [
      'a link of 41 characters',
      { card: 'qa_link_card', buttons: [{ id: 'b', title: 'x'.repeat(41) }] },
      'Param template.buttons.0.title is longer than 40 characters.',
    ],
    [
      'a button id of 41 characters',
      { buttons: [{ id: 'x'.repeat(41), title: 'Yes' }] },
      'Param template.buttons.0.id is longer than 40 characters.',
    ],
  ];
  for (const [what, changes, message] of bad) {
    it(`is refused with ${what}`, () => {
      expect(refuseCard(card(changes))).to.deep.equal({ code: 40002, message });
    });
  }
});
