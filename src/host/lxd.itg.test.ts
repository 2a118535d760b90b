import { describeHosts } from './itg-environment.ts';
import { createLxdEnvironment } from './lxd.ts';

describeHosts(createLxdEnvironment(), /^unprivileged$/);
