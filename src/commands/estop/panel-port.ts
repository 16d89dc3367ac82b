import type { Result } from '../../core/result.ts';

/** What a hand can do to the simulated panel; the command line says `cut A` for `cut-a`. */
export const PANEL_WORDS = [
  'press',
  'release',
  'tamper',
  'cut-a',
  'cut-b',
  'reset',
  'service',
] as const;
export type PanelWord = (typeof PANEL_WORDS)[number];

/** What the panel shows at one moment; a lamp that blinks is dark half of the time. */
export interface PanelView {
  readonly contacts: Readonly<Record<'a' | 'b' | 'tamper', 'closed' | 'open'>>;
  readonly buttons: Readonly<Record<'reset' | 'service', 'held' | 'released'>>;
  readonly lamps: Readonly<
    Record<'green' | 'yellow' | 'red' | 'buzzer' | 'heartbeat', 'on' | 'off'>
  >;
}

/** The simulated panel of a data directory, changed in place: the desk need not be listening. */
export interface PanelPort {
  /** Done on return: what is held for a moment has been let go. */
  act(word: PanelWord): Promise<Result<PanelView, string>>;
  show(): Result<PanelView, string>;
}

/** Why there is no such panel: nobody made one, or the desk is stopped by real hardware. */
export interface PanelFault {
  readonly kind: 'no-panel' | 'real-hardware';
  readonly detail: string;
}
