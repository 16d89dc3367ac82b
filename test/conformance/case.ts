/** Runs one scenario on the real engine under virtual time, and throws where it does not hold. */
export type Case = () => Promise<void>;

/** The cases of one topic by the id of their scenario. */
export type Topic = Readonly<Record<string, Case>>;
