import { createDockerEnvironment } from './docker.ts';
import { describeHosts } from './itg-environment.ts';

describeHosts(createDockerEnvironment(), /^(recipe|privileged)$/);
