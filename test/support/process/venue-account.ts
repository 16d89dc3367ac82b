import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseBigDecimal } from '../../../src/core/decimal.ts';
import { nodeClock } from '../../../src/core/node-env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { decodeRecord, type VenueRecord } from '../../../src/simulation/exchange/records.ts';
import { readRecords } from '../../../src/storage/record-reader.ts';

export interface VenueOrderJson {
  readonly symbol: string;
  readonly orderId: number;
  readonly clientOrderId: string;
  readonly executedQty: string;
  readonly status: string;
}

export interface VenueTradeJson {
  readonly symbol: string;
  readonly id: number;
  readonly orderId: number;
  readonly qty: string;
  readonly isBuyer: boolean;
}

/** Everything that the venue knows of the account. */
export interface Truth {
  readonly balances: Readonly<Record<string, { readonly free: string; readonly locked: string }>>;
  readonly orders: readonly VenueOrderJson[];
  readonly trades: readonly VenueTradeJson[];
  readonly refusals: Readonly<Record<string, number>>;
  readonly dropped: { readonly orders: number; readonly trades: number };
}

const TIMEOUT_MS = 30_000;

/** The desk's account, asked over REST behind the desk's back. */
export class VenueAccount {
  readonly #url: string;
  readonly #keys: { readonly apiKey: string; readonly secret: string; readonly adminToken: string };
  readonly #logFolder: string;

  constructor(folder: string, port: number, venue = 'binance') {
    this.#url = `http://127.0.0.1:${port}`;
    this.#keys = JSON.parse(readFileSync(join(folder, 'venue', venue, 'account.json'), 'utf8'));
    this.#logFolder = join(folder, 'venue', venue, 'log');
  }

  /** Free and locked together by asset, in 10^-8, as the signed account request tells them. */
  async balances(): Promise<Record<string, string>> {
    type Row = { readonly asset: string; readonly free: string; readonly locked: string };
    const { balances } = await this.#signed<{ balances: readonly Row[] }>('account');
    const held = balances.map(({ asset, free, locked }) => [
      asset,
      String((parseBigDecimal(free, 8) as bigint) + (parseBigDecimal(locked, 8) as bigint)),
    ]);
    return Object.fromEntries(held);
  }

  openOrders(): Promise<readonly VenueOrderJson[]> {
    return this.#signed('openOrders');
  }

  /** Desks that start again and again ask for more than the venue gives one address a minute. */
  async forgiveWeights(): Promise<void> {
    await this.#admin('DELETE', 'weights');
  }

  truth(): Promise<Truth> {
    return this.#admin('GET', 'truth?account=desk');
  }

  /** Orders what is to go wrong with the next requests of a kind. */
  async fault(target: string, fault: Readonly<Record<string, unknown>>, times = 1): Promise<void> {
    await this.order({ on: 'requests', target, fault, times });
  }

  /** Orders any fault that the venue's admin interface takes. */
  async order(fault: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#admin('POST', 'faults', fault);
  }

  async forgetFaults(): Promise<void> {
    await this.#admin('DELETE', 'faults');
  }

  /** Client order ids of everything that the venue ever took, from its own log. */
  acceptedIds(): string[] {
    return [...readRecords(nodeFiles, this.#logFolder, 1)].flatMap(({ sequence, payload }) => {
      const decoded = decodeRecord(sequence, payload);
      if (!decoded.ok) throw new Error(decoded.error.found);
      const record: VenueRecord = decoded.value;
      return record.kind === 'order-accepted' ? [record.order.clientId] : [];
    });
  }

  async #signed<T>(path: string): Promise<T> {
    const query = `timestamp=${nodeClock.now()}`;
    const signature = createHmac('sha256', this.#keys.secret).update(query).digest('hex');
    const url = `${this.#url}/api/v3/${path}?${query}&signature=${signature}`;
    return answered(url, { headers: { 'X-MBX-APIKEY': this.#keys.apiKey } });
  }

  #admin<T>(method: string, path: string, body: unknown = undefined): Promise<T> {
    return answered(`${this.#url}/sim/${path}`, {
      method,
      headers: { 'X-Sim-Token': this.#keys.adminToken },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}

async function answered<T>(url: string, request: RequestInit): Promise<T> {
  const response = await fetch(url, { ...request, signal: AbortSignal.timeout(TIMEOUT_MS) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`);
  return JSON.parse(text);
}
