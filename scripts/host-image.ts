/** For a release: makes the host image and prints its name here and the name that it is published under. */
import { connect } from '../src/host/connection.ts';
import { hostImage, publishedAs } from '../src/host/host-image.ts';
import { Registries } from '../src/host/registry.ts';

const { docker } = await connect();
const work = { docker, registries: new Registries(docker), signal: new AbortController().signal, progress: (message: string): void => console.error(message) };
const name = await hostImage({ engine: 'docker', packages: [] }, work);
console.log(`${name} ${publishedAs(name)}`);
