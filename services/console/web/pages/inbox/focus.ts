/** What has the focus: of an element, as much as is asked here. */
type Focused = Pick<Element, 'tagName'> & { readonly dataset?: { readonly conversation?: string | undefined } };

/** Whether nobody writes or chooses anything elsewhere: nothing has the focus, or the row that the conversation was opened by. */
export const isFreeFor = (conversationId: string, focused: Focused | null): boolean =>
  focused === null || focused.tagName === 'BODY' || focused.dataset?.conversation === conversationId;
