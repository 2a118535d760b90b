import type { Host } from '../ports/host.ts';

/** The same host, on which every program that is run ends with the signal, whatever other one it ends with too: nothing that asks it has to hand the signal on. */
export function underSignal(host: Host, signal: AbortSignal): Host {
  return {
    name: host.name,
    spec: host.spec,
    mode: host.mode,
    engineVersion: host.engineVersion,
    exec: (command, options) => host.exec(command, { ...options, signal: options?.signal === undefined ? signal : AbortSignal.any([signal, options.signal]) }),
    start: (command, options) => host.start(command, options),
    writeFile: (path, content, options) => host.writeFile(path, content, options),
    copyImage: (image) => host.copyImage(image),
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
}
