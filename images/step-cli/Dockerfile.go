FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 1000 step && useradd --uid 1000 --gid 1000 --no-create-home --home-dir /home/step --shell /bin/bash step && install -d -o step -g step /home/step
COPY step /usr/local/bin/step
ENV STEPPATH=/home/step PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
USER step
WORKDIR /home/step
STOPSIGNAL SIGTERM
CMD ["/bin/bash"]
