import { err, ok, type Result } from '../../core/result.ts';

/**
 * A state is copied in one go, between two messages, so its size is bounded as a whole: 2,000
 * values took 270 µs, and people have 200 µs of a turn.
 */
export const NODES_MAX = 800;
const DEPTH_MAX = 8;
const MEMBERS_MAX = 200;
const TEXT_CHARACTERS_MAX = 500;
const STEPS_MAX = 16;
const NAMES_MAX = 20;
const CUT = '…';
const REDACTED = '(redacted)';
const SECRET = /secret|password|passphrase|token|credential|private|signature|api.?key|nonce/i;

/**
 * A part of a state as plain data: cut in every direction, amounts as text, and nothing whose name
 * sounds like a secret. The path is walked, never run.
 *
 * @param path null for the whole, else `$.a.b[0]['c d']`, or `$.a[*].b` for one field of each
 */
export function stateView(state: unknown, path: string | null): Result<unknown, string> {
  const steps = stepsOf(path ?? '$');
  if (!steps.ok) return steps;
  const walk = new Walk();
  const picked = walk.pick(state, steps.value, '$');
  return picked.ok ? ok(walk.copy(picked.value, 0)) : picked;
}

type Step = string | number | typeof EACH;
const EACH = Symbol('each');

/** Steps of a path; the grammar is a small part of RFC 9535, and nothing in it is evaluated. */
function stepsOf(path: string): Result<readonly Step[], string> {
  const wanted = 'wanted a path such as $.exposures[0].position';
  const body = path.startsWith('$') ? path.slice(1) : /^[\w-]/.test(path) ? `.${path}` : path;
  const token = /\.([\w:-]+)|\[(\d{1,9})\]|\[(\*)\]|\.(\*)|\['([^']*)'\]|\["([^"]*)"\]/y;
  const steps: Step[] = [];
  for (let at = 0; at < body.length; at = token.lastIndex) {
    token.lastIndex = at;
    const match = token.exec(body);
    if (match === null) return err(`${path}: found ${JSON.stringify(body.slice(at))}; ${wanted}`);
    if (steps.length === STEPS_MAX) return err(`${path}: more than ${STEPS_MAX} steps; ${wanted}`);
    const [, name, index, star, dotStar, single, double] = match;
    if (index !== undefined) steps.push(Number(index));
    else if (star !== undefined || dotStar !== undefined) steps.push(EACH);
    else steps.push((name ?? single ?? double) as string);
  }
  return ok(steps);
}

/** One look at one state, with what is left of its bound. */
class Walk {
  #left = NODES_MAX;

  pick(value: unknown, steps: readonly Step[], where: string): Result<unknown, string> {
    const [step, ...rest] = steps;
    if (step === undefined) return ok(value);
    if (typeof value !== 'object' || value === null) {
      return err(`${where} is no object: ${String(step)} is not there`);
    }
    if (step === EACH) {
      const found = membersOf(value).flatMap(([key, member]) => {
        if (this.#isUsedUp()) return [CUT];
        const picked = this.pick(redacted(key, member), rest, `${where}[${key}]`);
        return picked.ok ? [picked.value] : [];
      });
      return ok(found);
    }
    const member = memberAt(value, step);
    if (member !== undefined)
      return this.pick(redacted(String(step), member), rest, `${where}.${step}`);
    const names = membersOf(value)
      .slice(0, NAMES_MAX)
      .map(([key]) => key);
    return err(`${where} has no ${step}; it has ${names.join(', ') || 'nothing'}`);
  }

  copy(value: unknown, depth: number): unknown {
    if (this.#isUsedUp()) return CUT;
    if (typeof value === 'bigint') return String(value);
    if (typeof value === 'string' && value.length > TEXT_CHARACTERS_MAX) {
      return `${value.slice(0, TEXT_CHARACTERS_MAX)}${CUT}`;
    }
    if (typeof value === 'function' || typeof value === 'symbol') return CUT;
    if (typeof value !== 'object' || value === null) return value;
    return depth === DEPTH_MAX ? CUT : this.#members(value, depth);
  }

  #isUsedUp(): boolean {
    this.#left -= 1;
    return this.#left < 0;
  }

  #members(value: object, depth: number): unknown {
    const members = membersOf(value);
    const shown = members
      .slice(0, MEMBERS_MAX)
      .map(([key, member]) => [key, this.copy(redacted(key, member), depth + 1)] as const);
    const isCut = members.length > MEMBERS_MAX;
    if (Array.isArray(value) || value instanceof Set || ArrayBuffer.isView(value)) {
      const list = shown.map(([, member]) => member);
      return isCut ? [...list, CUT] : list;
    }
    return Object.fromEntries(isCut ? [...shown, [CUT, CUT]] : shown);
  }
}

function redacted(key: string, member: unknown): unknown {
  return SECRET.test(key) ? REDACTED : member;
}

function memberAt(value: object, step: string | number): unknown {
  if (value instanceof Map)
    return value.get(step) ?? value.get(String(step)) ?? value.get(Number(step));
  if (value instanceof Set) return [...membersOf(value)].find(([key]) => key === String(step))?.[1];
  return Object.hasOwn(value, step) ? (value as Record<string | number, unknown>)[step] : undefined;
}

/** The first members, one more than are shown; a long list is not walked to its end. */
function membersOf(value: object): (readonly [string, unknown])[] {
  const members: (readonly [string, unknown])[] = [];
  const add = (key: unknown, member: unknown): boolean =>
    members.push([String(key), member]) > MEMBERS_MAX;
  if (value instanceof Map) {
    for (const [key, member] of value) if (add(key, member)) break;
  } else if (value instanceof Set) {
    for (const member of value) if (add(members.length, member)) break;
  } else {
    for (const key in value) {
      if (Object.hasOwn(value, key) && add(key, (value as Record<string, unknown>)[key])) break;
    }
  }
  return members;
}
