/** An address as it may be printed: without the credentials and the query that it may hold. */
export const shownAddress = (url: string): string => {
  const parsed = URL.parse(url);
  if (parsed === null) return url;
  const { protocol, host, pathname } = parsed;
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
};
