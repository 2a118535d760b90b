FROM debian:trixie-slim AS rootfs
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates
RUN install -d -m 1777 /rootfs/tmp; mkdir -p /rootfs/etc/ssl/certs /rootfs/usr/bin; \
    cp -L /etc/ssl/certs/ca-certificates.crt /rootfs/etc/ssl/certs/
COPY passwd group /rootfs/etc/
COPY local-config.yaml /rootfs/etc/loki/
RUN install -d -o 10001 -g 10001 /rootfs/loki /rootfs/loki/rules /rootfs/loki/rules-temp; chown -R 10001:10001 /rootfs/etc/loki
COPY loki /rootfs/usr/bin/loki

FROM scratch
COPY --from=rootfs /rootfs/ /
USER 10001
WORKDIR /
EXPOSE 3100
ENTRYPOINT ["/usr/bin/loki"]
CMD ["-config.file=/etc/loki/local-config.yaml"]
