import { z } from 'zod';
import { auditSection } from '../audit/settings.ts';
import { GUARD_DEFAULTS, guardSection } from '../control/guard/settings.ts';
import { controlSection } from '../control/settings.ts';
import { FLATTENING, PROTECTION, STRATEGY_LABEL } from '../core/ids.ts';
import { protectionFaults, protectionSection } from '../execution/protection/settings.ts';
import { aggregationSection } from '../market/aggregation/settings.ts';
import { qualitySection } from '../market/quality/settings.ts';
import { alertsSection } from '../ops/alerts/settings.ts';
import { LOG_LEVELS } from '../ops/log.ts';
import { breakersSection } from '../risk/breakers/settings.ts';
import { marketKey, riskSection } from '../risk/limits.ts';
import { portfolioSection } from '../risk/portfolio/settings.ts';
import { riskReportSection } from '../risk/report/settings.ts';
import { sizingSection } from '../risk/sizing/settings.ts';
import { volatilitySection } from '../risk/volatility/live/settings.ts';
import { simulationSection } from '../simulation/settings.ts';
import { recorderSection } from '../storage/columns/settings.ts';
import { journalSection } from '../storage/settings.ts';
import { marketMakingSection } from '../strategies/market-making.ts';
import { crossCheckSection } from '../venues/ccxt/settings.ts';
import { factsSection } from '../venues/facts/settings.ts';
import { BOOK_DETAILS } from '../venues/kinds/venue-kind.ts';
import { VENUE_KIND_NAMES, VENUE_KINDS } from '../venues/kinds/venue-kinds.ts';
import { hardwareSection } from './hardware-section.ts';
import { remoteSection } from './remote-section.ts';

const symbol = z
  .string()
  .regex(/^[A-Z0-9]{2,20}([/-][A-Z0-9]{2,12})?$/)
  .describe("the venue's own name of a market: BTCUSDT, BTC/USD or BTC-USD");

const feeBps = z.number().min(-100).max(1_000);

const feesSection = z
  .strictObject({
    makerBps: feeBps.describe('of a resting order, in basis points; below 0 it is paid to us'),
    takerBps: feeBps.min(0).describe('of a taking order, in basis points'),
  })
  .describe('our tier of fees there; those of section `simulation` when it is not said');

const venueSection = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,15}$/)
      .describe('name of the venue on this desk'),
    kind: z.enum(VENUE_KIND_NAMES).default('binance').describe('protocol that the venue speaks'),
    endpoint: z
      .enum(['simulated', 'live'])
      .describe('simulated: the exchange that the desk starts itself; live: for `record` alone'),
    symbols: z.array(symbol).min(1).max(64).describe('markets to follow'),
    receiveWindowMs: z
      .number()
      .int()
      .min(100)
      .max(60_000)
      .describe('how long the venue may act on a request after its time stamp'),
    requestTimeoutMs: z
      .number()
      .int()
      .min(100)
      .max(60_000)
      .describe('silence after which the outcome of a request is unknown'),
    feeds: z
      .union([z.literal(1), z.literal(2)])
      .optional()
      .describe('connections for market data; with 2 the second takes over when the first fails'),
    depth: z
      .enum(BOOK_DETAILS)
      .optional()
      .describe('l2: books by price level; l3: by order, where the venue tells of single orders'),
    fees: feesSection.optional(),
  })
  .describe('a venue and the markets to follow there');

const strategySection = z
  .strictObject({
    label: z
      .string()
      .regex(STRATEGY_LABEL)
      .refine(
        (label) => label !== FLATTENING,
        `wanted another label than ${FLATTENING}, which the flattening of an emergency has`,
      )
      .describe('name of the strategy, part of every client order id'),
    venue: z.string().describe('name of one of the venues'),
    symbol,
    settings: marketMakingSection,
  })
  .describe('a strategy on one market');

const logSection = z
  .strictObject({ level: z.enum(LOG_LEVELS).describe('least level that is written') })
  .describe('log');

/** Venues of one desk. */
export const VENUES_MAX = 8;

/** The whole configuration. Unknown keys are errors, so a misspelt limit is not ignored. */
export const configSchema = z
  .strictObject({
    control: controlSection,
    guard: guardSection.default(GUARD_DEFAULTS),
    risk: riskSection,
    breakers: breakersSection.optional(),
    portfolio: portfolioSection.optional(),
    protection: protectionSection.optional(),
    sizing: sizingSection.prefault({}),
    venues: z.array(venueSection).min(1).max(VENUES_MAX),
    strategies: z.array(strategySection).max(64),
    quality: qualitySection.prefault({}),
    aggregation: aggregationSection.prefault({}),
    volatility: volatilitySection.optional(),
    riskReport: riskReportSection.optional(),
    journal: journalSection,
    audit: auditSection.prefault({}),
    alerts: alertsSection.prefault({}),
    simulation: simulationSection,
    hardware: hardwareSection.prefault({}),
    remote: remoteSection.optional(),
    recorder: recorderSection.optional(),
    facts: factsSection.optional(),
    crossCheck: crossCheckSection.optional(),
    log: logSection,
  })
  .superRefine((config, context) => {
    const names = config.venues.map(({ name }) => name);
    config.venues.forEach(({ name, symbols, kind, depth }, at) => {
      if (depth === 'l3' && !VENUE_KINDS[kind].capabilities.tellsOrders) {
        const message = `wanted l2: ${kind} tells of price levels and not of single orders`;
        context.addIssue({ code: 'custom', path: ['venues', at, 'depth'], message });
      }
      if (names.indexOf(name) !== at) {
        const path = ['venues', at, 'name'];
        context.addIssue({ code: 'custom', path, message: 'wanted a name that is used once' });
      }
      symbols.forEach((each, place) => {
        if (symbols.indexOf(each) === place) return;
        const path = ['venues', at, 'symbols', place];
        context.addIssue({ code: 'custom', path, message: 'wanted each symbol once' });
      });
    });
    if (config.protection !== undefined) {
      const listed = config.venues.map(({ name, kind, symbols }) => {
        const isMargined = VENUE_KINDS[kind].contract !== 'spot';
        return { name, kind, symbols, isMargined };
      });
      for (const { path, message } of protectionFaults(config.protection, listed)) {
        context.addIssue({ code: 'custom', path: [...path], message });
      }
      config.strategies.forEach(({ label }, at) => {
        if (label !== PROTECTION) return;
        const message = `wanted another label than ${PROTECTION}, which protective stops have`;
        context.addIssue({ code: 'custom', path: ['strategies', at, 'label'], message });
      });
    }
    // A limit of something that is not there would bind nobody, and its author would not know.
    const listed = config.venues.flatMap(({ name, symbols }) =>
      symbols.map((each) => marketKey(name, each)),
    );
    const unknown = (
      place: 'symbols' | 'venues',
      found: string,
      known: readonly string[],
    ): void => {
      if (known.includes(found)) return;
      const path = ['risk', place, found];
      context.addIssue({ code: 'custom', path, message: `wanted one of: ${known.join(', ')}` });
    };
    for (const found of Object.keys(config.risk.symbols ?? {})) unknown('symbols', found, listed);
    for (const found of Object.keys(config.risk.venues ?? {})) unknown('venues', found, names);
    const strategyLabels = config.strategies.map(({ label }) => label);
    const { budgets } = config.portfolio ?? {};
    for (const [place, known] of [
      ['strategies', strategyLabels],
      ['symbols', listed],
      ['venues', names],
    ] as const) {
      for (const found of Object.keys(budgets?.[place] ?? {})) {
        if (known.includes(found)) continue;
        const path = ['portfolio', 'budgets', place, found];
        context.addIssue({ code: 'custom', path, message: `wanted one of: ${known.join(', ')}` });
      }
    }
    const labels = new Set<string>();
    const markets = new Set<string>();
    config.strategies.forEach((strategy, at) => {
      const venue = config.venues.find(({ name }) => name === strategy.venue);
      const issue = (field: string, message: string): void => {
        context.addIssue({ code: 'custom', path: ['strategies', at, field], message });
      };
      if (venue === undefined) {
        issue('venue', `wanted one of the venues: ${names.join(', ')}`);
      } else if (!venue.symbols.includes(strategy.symbol)) {
        issue('symbol', `wanted one of the symbols of ${venue.name}: ${venue.symbols.join(', ')}`);
      }
      const kind = venue?.kind;
      if ((strategy.settings.shownShare ?? 1) < 1 && kind !== undefined) {
        const path = ['strategies', at, 'settings', 'shownShare'];
        const message = `wanted 1: ${kind} keeps no icebergs`;
        const { keepsIcebergs } = VENUE_KINDS[kind].capabilities;
        if (!keepsIcebergs) context.addIssue({ code: 'custom', path, message });
      }
      if (labels.has(strategy.label)) issue('label', 'wanted a label that is used once');
      labels.add(strategy.label);
      // A position belongs to its market: two strategies would take it for their own, each.
      const market = `${strategy.venue} ${strategy.symbol}`;
      if (markets.has(market)) issue('symbol', 'wanted a market that no other strategy trades');
      markets.add(market);
    });
  });

export type Config = z.infer<typeof configSchema>;
export type StrategySettings = Config['strategies'][number];

/** JSON Schema of the configuration as people write it, for editors. */
export function configJsonSchema(): unknown {
  return z.toJSONSchema(configSchema, { io: 'input' });
}
