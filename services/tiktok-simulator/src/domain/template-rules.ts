import { invalidParam, type Refusal } from './codes.ts';
import type { Content } from './model.ts';

type Card = Extract<Content, { type: 'template' }>;

/** Source: documentation of TEMPLATE (fact sheet, section 7). Characters are counted as those of a text are: code points. */
const MAX_TITLE = 40;
const MAX_BUTTONS = 3;
const MAX_BUTTON_ID = 40;
const MAX_BUTTON_TITLE = { qa_button_card: 20, qa_link_card: 40 } as const;

/** The first thing wrong with a card, named as the call names it; null for a card that can be sent. */
export const refuseCard = ({ card, title, buttons }: Card): Refusal | null => {
  if (buttons.length < 1 || buttons.length > MAX_BUTTONS) {
    return invalidParam('template.buttons', `takes 1 to ${MAX_BUTTONS} buttons`);
  }
  const limited = [
    { name: 'template.title', text: title, least: 1, most: MAX_TITLE },
    ...buttons.flatMap((button, index) => [
      { name: `template.buttons.${index}.title`, text: button.title, least: 1, most: MAX_BUTTON_TITLE[card] },
      { name: `template.buttons.${index}.id`, text: button.id, least: 0, most: MAX_BUTTON_ID },
    ]),
  ];
  const wrong = limited.find(({ text, least, most }) => [...text].length < least || [...text].length > most);
  if (wrong === undefined) return null;
  return invalidParam(wrong.name, wrong.text === '' ? 'is required' : `is longer than ${wrong.most} characters`);
};
