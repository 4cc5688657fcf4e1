/** The 4xx of an error that Express or a reader of bodies lays at the client's door; null for a defect of ours. */
export const mistakeStatus = (error: unknown): number | null => {
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
  return status >= 400 && status < 500 ? status : null;
};
