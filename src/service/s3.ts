/** Service kind `s3`: objects in a bucket of a server with Amazon's S3 API. https://docs.aws.amazon.com/AmazonS3/latest/API/ */
import { z } from 'zod';
import type { ServicePlan } from '../drill/model.ts';
import type { ProbeAnswer, Service, ServiceContext } from '../ports/service.ts';
import { call, expectTaken, isSuccess, seenIn } from './api.ts';
import type { HttpAnswer } from './curl.ts';
import { passwordSchema } from './login.ts';

export const optionsSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  bucket: z.string(),
  /** Access key and secret key. */
  user: z.string(),
  password: passwordSchema,
  region: z.string().default('us-east-1'),
});

/** Of an idle MinIO, stop, start and kill changed its own records alone: an object's file stays as it is. */
const volatile = ['.minio.sys'];

export function create(plan: ServicePlan): Service {
  const { bucket, ...api } = optionsSchema.parse(plan.options);
  const path = (nonce: string): string => `/${bucket}/drill/${nonce}`;

  async function plant(context: ServiceContext): Promise<void> {
    const asked = { method: 'PUT', path: path(context.nonce) };
    expectTaken(plan.name, asked, api, await call(context, api, { ...asked, body: context.nonce, headers: { 'Content-Type': 'text/plain' } }));
  }

  return {
    kind: 's3',
    volatile,
    seeded: true,
    ready: async (context) => {
      const answer = await call(context, api, { method: 'GET', path: `/${bucket}/?list-type=2&max-keys=0` });
      return isSuccess(answer) || isMissing(answer) ? { state: 'there', seen: seenIn(answer) } : { state: 'unproven', seen: seenIn(answer) };
    },
    seed: plant,
    late: plant,
    check: async (context) => judge(await call(context, api, { method: 'GET', path: path(context.nonce) }), context.nonce),
  };
}

/** A 404 that S3 gave, and not some proxy before it. */
const isMissing = (answer: HttpAnswer): boolean => answer.answered && answer.status === 404 && /<Code>(NoSuchKey|NoSuchBucket)<\/Code>/.test(answer.body);

export function judge(answer: HttpAnswer, nonce: string): ProbeAnswer {
  const seen = seenIn(answer);
  if (isMissing(answer)) return { state: 'absent', seen };
  return { state: answer.answered && isSuccess(answer) && answer.body === nonce ? 'there' : 'unproven', seen };
}
