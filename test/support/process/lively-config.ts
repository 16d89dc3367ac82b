import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../shared.ts';

/**
 * The paper desk, made to trade: quotes at the touch that follow every move, so that orders leave
 * and fill several times a second. Each change replaces a line that the paper file must have.
 */
export function livelyConfig(changes: Readonly<Record<string, string>> = {}): string {
  let text = readFileSync(join(root, 'config', 'paper.yaml'), 'utf8');
  for (const [key, value] of Object.entries({ ...LIVELY, ...changes })) {
    const line = new RegExp(`^( *)${key}: .*$`, 'm');
    if (!line.test(text)) throw new Error(`config/paper.yaml has no ${key}`);
    text = text.replace(line, `$1${key}: ${value}`);
  }
  return text;
}

const LIVELY = {
  halfSpreadBps: '0.01',
  volatilityWidening: '0',
  skewBps: '1',
  requoteBps: '0.1',
  smoothingSeconds: '0',
  // Below the 100 orders in ten seconds that the venue takes, over several starts.
  ordersPerSecond: '6',
  strategyOrdersPerSecond: '6',
  ordersBurst: '10',
};
