import { assert } from '../../../core/result.ts';

/** Free text that the venue takes as `cl_ord_id`; else it takes 32 hexadecimal digits. */
const FREE_TEXT_MAX = 18;
const PACKED = /^[0-9a-f]{32}$/;
const OWN = /^([a-z2-7]{8})-([0-9a-z]{1,6})-([a-z][a-z0-9]{0,7})-([0-9a-z]{1,8})$/;

const DESK_DIGITS = 'abcdefghijklmnopqrstuvwxyz234567';
const LABEL_DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz';
const ID_BITS = 128n;

/**
 * A client order id as Kraken takes it: as it is where it is short enough, else packed into the
 * digits of a UUID, from which `clientIdOf` makes it again. The order counts 2^22 for the longest
 * strategy name and 2^16 boots, and more for less.
 *
 * @throws BrokenInvariant for an id that is neither short nor of this desk's form and size
 */
export function venueIdOf(clientId: string): string {
  if (clientId.length <= FREE_TEXT_MAX) return clientId;
  const packed = packedOf(clientId);
  assert(packed !== null, `a client order id fits ${ID_BITS} bits, found ${clientId}`);
  return packed;
}

/** The client order id of a `cl_ord_id`; one that nobody here has packed stays what it is. */
export function clientIdOf(venueId: string): string {
  if (!PACKED.test(venueId)) return venueId;
  const clientId = unpacked(BigInt(`0x${venueId}`));
  // Another client's UUID would unpack to something too, but not back to itself.
  return clientId !== null && packedOf(clientId) === venueId ? clientId : venueId;
}

/** Width of the fields that say how wide others are: the label in letters, the boot in bits. */
const LABEL_LENGTH_BITS = 3n;
const BOOT_LENGTH_BITS = 5n;

function packedOf(clientId: string): string | null {
  const parts = OWN.exec(clientId);
  if (parts === null) return null;
  const [, desk = '', boot = '', label = '', count = ''] = parts;
  if (boot.startsWith('0') || count.startsWith('0')) return null;
  const bootNumber = numberOf(boot, LABEL_DIGITS);
  const bootBits = BigInt(bootNumber.toString(2).length);
  const labelBits = bitsFor(label.length);
  const head =
    (((numberOf(desk, DESK_DIGITS) << LABEL_LENGTH_BITS) | BigInt(label.length - 1)) << labelBits) |
    numberOf(label, LABEL_DIGITS);
  const middle = (((head << BOOT_LENGTH_BITS) | bootBits) << bootBits) | bootNumber;
  const left = ID_BITS - 40n - LABEL_LENGTH_BITS - labelBits - BOOT_LENGTH_BITS - bootBits;
  const number = numberOf(count, LABEL_DIGITS);
  if (left < 1n || number >= 1n << left) return null;
  return ((middle << left) | number).toString(16).padStart(32, '0');
}

function unpacked(bits: bigint): string | null {
  let left = ID_BITS;
  const take = (width: bigint): bigint => {
    left -= width;
    return left < 0n ? 0n : (bits >> left) & ((1n << width) - 1n);
  };
  const desk = textOf(take(40n), DESK_DIGITS).padStart(8, 'a');
  const length = Number(take(LABEL_LENGTH_BITS)) + 1;
  const label = textOf(take(bitsFor(length)), LABEL_DIGITS).padStart(length, '0');
  const boot = take(take(BOOT_LENGTH_BITS));
  if (left < 1n) return null;
  const count = take(left);
  return `${desk}-${textOf(boot, LABEL_DIGITS)}-${label}-${textOf(count, LABEL_DIGITS)}`;
}

/** Bits that a label of so many letters and digits needs. */
function bitsFor(length: number): bigint {
  return BigInt(Math.ceil(length * Math.log2(LABEL_DIGITS.length)));
}

function numberOf(text: string, digits: string): bigint {
  let number = 0n;
  for (const digit of text) number = number * BigInt(digits.length) + BigInt(digits.indexOf(digit));
  return number;
}

function textOf(number: bigint, digits: string): string {
  let text = '';
  for (let rest = number; rest > 0n; rest /= BigInt(digits.length)) {
    text = (digits[Number(rest % BigInt(digits.length))] as string) + text;
  }
  return text;
}
