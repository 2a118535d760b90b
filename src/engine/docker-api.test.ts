import { describe, expect, it } from 'vitest';
import { brokenHost } from '../drill/test-host.ts';
import { listContainers, listVolumes, volumeNamed } from './docker-api.ts';

const answering = (answer: string) => brokenHost({ exec: async () => ({ exitCode: 0, stdout: Buffer.from(answer), stderr: '' }) });
const notFound = answering('HTTP/1.0 404 Not Found\r\n\r\n{"message":"page not found"}');

describe('an engine that is asked over its socket', () => {
  it('may have no such volume, and never no list of them', async () => {
    expect(await volumeNamed(notFound, 'app')).toBeNull();
    await expect(listVolumes(notFound)).rejects.toThrow('knows no /volumes');
    await expect(listContainers(notFound, 'all')).rejects.toThrow('knows no /containers/json');
    expect(await listVolumes(answering('HTTP/1.0 200 OK\r\n\r\n{"Volumes":null}'))).toEqual([]);
  });
  it.each(['', 'HTTP/1.0 200 OK\r\n', 'HTTP/1.0 200 OK\r\n\r\n{"Volumes":[{"Na'])('has not answered with %j', async (cut) => {
    await expect(listVolumes(answering(cut))).rejects.toThrow(/no whole answer at \/var\/run\/docker\.sock/);
  });
  it('is told with what it says when it refuses', async () => {
    await expect(listVolumes(answering('HTTP/1.0 500 Internal\r\n\r\n{"message":"disk is full"}'))).rejects.toThrow(/answered 500 .*disk is full/);
  });
});
