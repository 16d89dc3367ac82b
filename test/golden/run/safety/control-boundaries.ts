import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyControl } from '../../../../src/risk/controls/control.ts';
import * as market from '../../../../src/risk/controls/market.ts';
import * as money from '../../../../src/risk/controls/money.ts';
import * as shape from '../../../../src/risk/controls/order-shape.ts';
import * as size from '../../../../src/risk/controls/order-size.ts';
import * as venue from '../../../../src/risk/controls/orders-and-venue.ts';
import * as portfolio from '../../../../src/risk/controls/portfolio.ts';
import * as process from '../../../../src/risk/controls/process.ts';

const MODULES = { market, money, shape, size, venue, portfolio, process };
/** `at(size.orderNotional, [` makes a test that is named by the id of the control. */
const BOUNDARY = /^at\((\w+)\.(\w+), \[/gm;

/** Ids of the controls that a test plays at their limits. @param tests a folder */
export function boundaryTests(tests: string): readonly string[] {
  const folder = join(tests, 'risk/controls');
  const files = readdirSync(folder).filter((name) => name.endsWith('boundaries.test.ts'));
  return files.flatMap((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    return [...text.matchAll(BOUNDARY)].map(([, module = '', control = '']) => {
      const exported = MODULES[module as keyof typeof MODULES] as Readonly<Record<string, unknown>>;
      return (exported[control] as AnyControl).id;
    });
  });
}
