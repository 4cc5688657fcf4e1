/** Puts the prefix of this installation's share of a cluster before names at the client's edge, and takes it off again. */
export interface TopicPrefix {
  add(name: string): string;
  /** Throws on a name without the prefix: such a topic was never subscribed to. */
  strip(name: string): string;
}

export const createTopicPrefix = (prefix: string): TopicPrefix => {
  const known = new Map<string, string>();
  return {
    add(name) {
      const cached = known.get(name);
      if (cached !== undefined) return cached;
      const prefixed = `${prefix}${name}`;
      known.set(name, prefixed);
      return prefixed;
    },
    strip(name) {
      if (!name.startsWith(prefix)) throw new TypeError(`topic ${name} lacks the prefix ${prefix}`);
      return name.slice(prefix.length);
    },
  };
};
