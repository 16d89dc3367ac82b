import { JsonScanner } from '../../binance/json-scanner.ts';
import { WireFault } from '../../binance/wire.ts';

/** Deeper nesting than this is refused: no frame of the venue comes near it. */
const DEPTH_MAX = 32;

const OBJECT = [0x7b, 0x7d] as const;
const ARRAY = [0x5b, 0x5d] as const;
const QUOTE = 0x22;
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

const decoder = new TextDecoder();

/**
 * JSON in which every number stays the text that it is on the wire: the v2 sockets write amounts
 * without quotes, and a double would change their last digits. Exponents are written out.
 *
 * @throws WireFault for what is no JSON, and for nesting that is too deep
 */
export function exactJson(bytes: Uint8Array): unknown {
  const scanner = new JsonScanner();
  scanner.reset(bytes);
  const value = valueIn(scanner, 0);
  if (!scanner.atEnd()) throw faultOf(scanner);
  return value;
}

function valueIn(scanner: JsonScanner, depth: number): unknown {
  if (depth > DEPTH_MAX) throw new WireFault(`nesting deeper than ${DEPTH_MAX}`);
  const next = scanner.peek();
  if (next === OBJECT[0]) return objectIn(scanner, depth);
  if (next === ARRAY[0]) return arrayIn(scanner, depth);
  if (next === QUOTE) return textIn(scanner);
  if (!scanner.decimal()) throw faultOf(scanner);
  const word = wordOf(scanner);
  if (NUMBER.test(word)) return plainDecimal(word);
  if (word === 'true' || word === 'false') return word === 'true';
  if (word === 'null') return null;
  throw new WireFault(`found ${word.slice(0, 40)}, wanted a value`);
}

function objectIn(scanner: JsonScanner, depth: number): unknown {
  const entries: [string, unknown][] = [];
  scanner.open(OBJECT[0]);
  if (scanner.close(OBJECT[1])) return {};
  do {
    if (!scanner.key()) throw faultOf(scanner);
    const key = unescaped(wordOf(scanner));
    entries.push([key, valueIn(scanner, depth + 1)]);
  } while (scanner.comma());
  if (!scanner.expect(OBJECT[1])) throw faultOf(scanner);
  return Object.fromEntries(entries);
}

function arrayIn(scanner: JsonScanner, depth: number): unknown {
  const values: unknown[] = [];
  scanner.open(ARRAY[0]);
  if (scanner.close(ARRAY[1])) return values;
  do {
    values.push(valueIn(scanner, depth + 1));
  } while (scanner.comma());
  if (!scanner.expect(ARRAY[1])) throw faultOf(scanner);
  return values;
}

function textIn(scanner: JsonScanner): string {
  if (!scanner.string()) throw faultOf(scanner);
  return unescaped(wordOf(scanner));
}

function wordOf(scanner: JsonScanner): string {
  return decoder.decode(scanner.bytes.subarray(scanner.textStart, scanner.textEnd));
}

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    throw new WireFault(`found ${text.slice(0, 40)}, wanted a text`);
  }
}

/** `1.5e-7` as `0.00000015`. */
export function plainDecimal(text: string): string {
  const [mantissa = '', exponent] = text.toLowerCase().split('e');
  if (exponent === undefined) return text;
  const shift = Number(exponent);
  if (Math.abs(shift) > DEPTH_MAX) throw new WireFault(`found ${text}, wanted a decimal`);
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = whole + fraction;
  const point = whole.length + shift;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits.padEnd(point, '0');
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

function faultOf(scanner: JsonScanner): WireFault {
  return new WireFault(scanner.fault);
}
