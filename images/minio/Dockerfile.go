FROM debian:trixie-slim AS packages
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates minio-client

FROM debian:trixie-slim
COPY --from=packages /usr/bin/minio-client /usr/bin/mc
COPY --from=packages /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY docker-entrypoint.sh /usr/bin/
COPY minio /usr/bin/
RUN chmod 0755 /usr/bin/docker-entrypoint.sh
VOLUME ["/data"]
EXPOSE 9000
ENTRYPOINT ["/usr/bin/docker-entrypoint.sh"]
CMD ["minio"]
