import type { EstopTimes } from '../../../../hardware/estop/signals.ts';
import { play, type Waveform } from '../../../support/gpio/waveforms.ts';
import { type Corpus, EXACT } from '../vector.ts';

interface Waveforms {
  readonly _meta: { readonly params: Readonly<Record<string, number>> };
  readonly cases?: readonly Waveform[];
}

/** Waveforms of the dual-channel stop, played with the times that they were made for. */
export const estopWaveforms: Corpus = ({ topic, document }) => {
  const { _meta, cases = [] } = document as Waveforms;
  return cases.map((wave) => ({
    topic,
    item: 'waveform',
    name: wave.name,
    expected: { expect: wave.expect, final: wave.final },
    tolerance: EXACT,
    answer: () => {
      const { told, state } = play(wave, timesOf(_meta.params));
      return { expect: told, final: { tripped: state.cause !== null, fault: state.isFaulted } };
    },
  }));
};

function timesOf(params: Readonly<Record<string, number>>): EstopTimes {
  const us = (name: string): number => {
    const value = params[name];
    if (value === undefined) throw new Error(`found no _meta.params.${name}, wanted microseconds`);
    return value;
  };
  return {
    discrepancyUs: us('discrepancy_us'),
    releaseStableUs: us('release_stable_us'),
    resetMinUs: us('reset_min_us'),
    resetMaxUs: us('reset_max_us'),
    cooldownUs: us('cooldown_us'),
  };
}
