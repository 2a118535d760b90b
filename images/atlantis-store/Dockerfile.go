FROM scratch
COPY atlantis-store /usr/local/bin/atlantis-store
ENTRYPOINT ["/usr/local/bin/atlantis-store"]
