import { type Instrument, priceText, quantityText } from '../../core/instrument.ts';
import type { Lots, Ticks } from '../../core/units.ts';

/** Whether a stop wakes when the price rises to it or falls to it. */
export type StopDirection = 'up' | 'down';

/**
 * Every form of order that the venue documents. Times are milliseconds since the Unix epoch. The
 * desk places the first five by itself; the others stand at the venue when the desk does not.
 */
export type OrderForm =
  | { readonly form: 'market'; readonly lots: Lots }
  | {
      readonly form: 'limit';
      readonly lots: Lots;
      readonly ticks: Ticks;
      readonly isPostOnly: boolean;
    }
  | {
      readonly form: 'limit-until';
      readonly lots: Lots;
      readonly ticks: Ticks;
      readonly isPostOnly: boolean;
      readonly endMs: number;
    }
  | { readonly form: 'limit-ioc' | 'limit-fok'; readonly lots: Lots; readonly ticks: Ticks }
  | {
      readonly form: 'stop-limit';
      readonly lots: Lots;
      readonly ticks: Ticks;
      readonly stopTicks: Ticks;
      readonly direction: StopDirection;
      /** Null stands until it is cancelled. */
      readonly endMs: number | null;
    }
  /** An exit with a target at `ticks` and a stop; whichever comes first ends the other. */
  | {
      readonly form: 'bracket';
      readonly lots: Lots;
      readonly ticks: Ticks;
      readonly stopTicks: Ticks;
      readonly endMs: number | null;
    }
  | {
      readonly form: 'twap';
      readonly lots: Lots;
      readonly ticks: Ticks;
      readonly startMs: number;
      readonly endMs: number;
      readonly buckets: number;
    };

/** The `order_configuration` of a form, as JSON text. Nothing in it needs to be escaped. */
export function configurationText(form: OrderForm, instrument: Instrument): string {
  const size = `"base_size":"${quantityText(instrument, form.lots)}"`;
  if (form.form === 'market') return `{"market_market_ioc":{${size}}}`;
  const limit = `${size},"limit_price":"${priceText(instrument, form.ticks)}"`;
  switch (form.form) {
    case 'limit':
      return `{"limit_limit_gtc":{${limit},"post_only":${form.isPostOnly}}}`;
    case 'limit-until':
      return `{"limit_limit_gtd":{${limit},${end(form.endMs)},"post_only":${form.isPostOnly}}}`;
    case 'limit-ioc':
      return `{"sor_limit_ioc":{${limit}}}`;
    case 'limit-fok':
      return `{"limit_limit_fok":{${limit}}}`;
    case 'stop-limit': {
      const stop = `"stop_price":"${priceText(instrument, form.stopTicks)}"`;
      const way = `"stop_direction":"STOP_DIRECTION_STOP_${form.direction.toUpperCase()}"`;
      return form.endMs === null
        ? `{"stop_limit_stop_limit_gtc":{${limit},${stop},${way}}}`
        : `{"stop_limit_stop_limit_gtd":{${limit},${stop},${end(form.endMs)},${way}}}`;
    }
    case 'bracket': {
      const stop = `"stop_trigger_price":"${priceText(instrument, form.stopTicks)}"`;
      return form.endMs === null
        ? `{"trigger_bracket_gtc":{${limit},${stop}}}`
        : `{"trigger_bracket_gtd":{${limit},${stop},${end(form.endMs)}}}`;
    }
    case 'twap': {
      const seconds = Math.floor((form.endMs - form.startMs) / 1_000 / form.buckets);
      const slices = `"number_buckets":"${form.buckets}","bucket_duration":"${seconds}s"`;
      const start = `"start_time":"${timeText(form.startMs)}"`;
      return `{"twap_limit_gtd":{${limit},${start},${end(form.endMs)},${slices}}}`;
    }
  }
}

function end(ms: number): string {
  return `"end_time":"${timeText(ms)}"`;
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
