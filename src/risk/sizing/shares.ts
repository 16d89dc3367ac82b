/**
 * Two sizes of a position that are easily taken for each other, as fractions of equity. A tenth of
 * the equity at risk with a stop two per cent away is five times the equity in notional.
 */
declare const share: unique symbol;
type Share<Name extends string> = number & { readonly [share]: Name };

/** What the position is worth, over equity: 3 is a leverage of three. */
export type NotionalShare = Share<'Notional'>;
/** What is lost when the bet is lost, over equity: 0.02 is two per cent of everything. */
export type RiskShare = Share<'Risk'>;

export const notionalShareOf = (fraction: number): NotionalShare => fraction as NotionalShare;
export const riskShareOf = (fraction: number): RiskShare => fraction as RiskShare;

/** @param lossFraction what a unit of notional loses when the bet is lost, above 0 */
export function atRisk(notional: NotionalShare, lossFraction: number): RiskShare {
  return riskShareOf(notional * lossFraction);
}

/** The notional that puts so much at risk. @param lossFraction above 0 */
export function notionalFor(risk: RiskShare, lossFraction: number): NotionalShare {
  return notionalShareOf(risk / lossFraction);
}
