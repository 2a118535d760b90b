/** The version of this program, as the reports say it. */
import packageJson from '../package.json' with { type: 'json' };

export const version: string = packageJson.version;
