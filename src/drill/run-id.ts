/** Names the run that everything of a drill is labelled with. */
import { randomBytes } from 'node:crypto';

/** Unique for one run; safe in names. */
export const newRunId = (): string => randomBytes(5).toString('hex');
