/** Ends an exhaustive `switch`: it compiles only while no case is missing. */
export const assertNever = (value: never): never => {
  throw new TypeError(
    `unexpected case: ${typeof value === 'object' ? JSON.stringify(Object.keys(value)) : typeof value}`,
  );
};
