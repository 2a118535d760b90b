FROM smallstep/step-cli:0.30.2
USER root
COPY step-ca /usr/local/bin/step-ca
COPY entrypoint.sh /entrypoint.sh
USER step
ENV CONFIGPATH=/home/step/config/ca.json PWDPATH=/home/step/secrets/password
VOLUME ["/home/step"]
STOPSIGNAL SIGTERM
EXPOSE 9000
ENTRYPOINT ["/bin/bash", "/entrypoint.sh"]
CMD ["/usr/local/bin/step-ca", "--password-file", "/home/step/secrets/password", "/home/step/config/ca.json"]
