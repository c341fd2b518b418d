#!/bin/sh
# For certbot: `certbot … --deploy-hook /etc/brana/certbot-deploy-hook.sh` runs this after each issue and renewal.
# It puts copies of chain and key where brana.toml says (public.certificate, public.key), readable for Brána's user
# alone. Brána sees them within seconds, judges them, and serves them without a restart.
set -eu
umask 077
to=${BRANA_TLS:-/etc/brana/tls}
user=${BRANA_USER:-brana}

place() { # source, target: a whole file appears at once
    install -m 600 -o "$user" "$1" "$2.new"
    mv "$2.new" "$2"
}

place "$RENEWED_LINEAGE/privkey.pem" "$to/key.pem"
place "$RENEWED_LINEAGE/fullchain.pem" "$to/chain.pem"
