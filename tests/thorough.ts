/**
 * Whole drills that would take `npm test` past its fifteen minutes on two cores run with `npm run thorough`, which runs all there is.
 * Each is a variant of one that every test run has.
 */
export const thorough = process.env['RUNBOOK_DRILL_THOROUGH'] === '1';
