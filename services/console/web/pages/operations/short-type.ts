/** `tiktok.messages.v1.MessageReceived` is a `MessageReceived` to people. */
export const shortType = (type: string): string => type.split('.').at(-1) ?? type;
