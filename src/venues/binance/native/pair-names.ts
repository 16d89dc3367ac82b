/**
 * Binance makes two orders and a list of a pair, each with a client id of its own. The target has
 * the id of the desk's order, so a question for it finds the pair; the others are derived from it
 * with a character that no id of the desk has.
 */
const STOP_SUFFIX = '.s';
const LIST_SUFFIX = '.l';

/** The name of the leg that waits for the price to turn. */
export function stopNameOf(clientId: string): string {
  return `${clientId}${STOP_SUFFIX}`;
}

/** The name by which a pair is cancelled as a whole. */
export function listNameOf(clientId: string): string {
  return `${clientId}${LIST_SUFFIX}`;
}

export function isStopName(name: string): boolean {
  return name.endsWith(STOP_SUFFIX);
}

/** The id of the desk's order that a leg belongs to. */
export function orderNameOf(legName: string): string {
  return isStopName(legName) ? legName.slice(0, -STOP_SUFFIX.length) : legName;
}

/** The name of the other leg. */
export function otherNameOf(legName: string): string {
  return isStopName(legName) ? orderNameOf(legName) : stopNameOf(legName);
}
