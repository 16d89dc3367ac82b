import { bad, type Check, type Finding, good, weak } from './check.ts';
import type { Host } from './host.ts';

const READS = 20_000;
/** A decision is measured against 100 µs; a coarser clock would tell nothing of it. */
const STEP_NS_WANTED = 1_000;

export const CLOCK_CHECKS: readonly Check[] = [
  { name: 'clock', examine: clockFinding },
  { name: 'clock is set by', examine: setterFinding },
];

/** The smallest step that the monotonic clock shows, and whether it ever steps back. */
function clockFinding({ env }: Host): Finding {
  let before = env.clock.mono();
  let step = Number.POSITIVE_INFINITY;
  for (let read = 0; read < READS; read += 1) {
    const now = env.clock.mono();
    if (now < before) return bad(`it went back by ${before - now} ns`, 'a monotonic clock');
    if (now > before) step = Math.min(step, now - before);
    before = now;
  }
  const wanted = `steps of at most ${STEP_NS_WANTED} ns`;
  if (step === Number.POSITIVE_INFINITY) return weak(`no step in ${READS} readings`, wanted);
  return step <= STEP_NS_WANTED ? good(`steps of ${step} ns`) : weak(`steps of ${step} ns`, wanted);
}

/** Marks that a service leaves while it keeps the wall clock right. */
const SETTERS: readonly (readonly [folder: string, name: RegExp, sentence: string])[] = [
  ['/run/systemd/timesync', /^synchronized$/, 'systemd-timesyncd, synchronised'],
  ['/run/chrony', /./, 'chrony'],
  ['/run', /^(ntpd|ntpsec)(\.pid)?$/, 'ntpd'],
];

/** Nobody needs the right time to trade, but a venue that is off by 1 s halts it (C16). */
function setterFinding({ env }: Host): Finding {
  for (const [folder, name, sentence] of SETTERS) {
    if (namesIn(env.files, folder).some((entry) => name.test(entry))) return good(sentence);
  }
  const wanted = 'timesyncd, chrony or ntpd; a clock that is 1 s off halts a venue (C16)';
  return weak('nobody that could be seen, as in a container whose host sets it', wanted);
}

/** Some of these folders are not for everybody's eyes, but then they are there. */
function namesIn(files: Host['env']['files'], folder: string): readonly string[] {
  try {
    return files.list(folder);
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EACCES' ? ['hidden'] : [];
  }
}
