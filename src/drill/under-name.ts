/**
 * What a record of names has under one: undefined where it has nothing. A name may be `constructor`, which every object answers to.
 */
export const underName = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined => (Object.hasOwn(record, name) ? record[name] : undefined);
