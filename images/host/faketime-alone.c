/*
 * Stands beside libfaketime in /etc/ld.so.preload: every process reckons its own time. What libfaketime shares between processes is a
 * semaphore, named by the number of the process that made it; an engine starts its instances across processes and namespaces of
 * those numbers, and would wait for one for ever.
 */
int setenv(const char *name, const char *value, int overwrite);

__attribute__((constructor)) static void alone(void) { setenv("FAKETIME_DISABLE_SHM", "1", 0); }
