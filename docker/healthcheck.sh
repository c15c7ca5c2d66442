#!/bin/bash
# healthcheck PORT DOMAIN: does an XMPP server answer for the domain, and offer TLS?
exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
printf "<?xml version='1.0'?><stream:stream to='%s' version='1.0' xmlns='jabber:client'" "$2" >&3
printf " xmlns:stream='http://etherx.jabber.org/streams'>" >&3
while IFS= read -r -t 3 -d '>' tag <&3; do
    case $tag in
        *starttls*) exit 0 ;;
        *host-unknown*) exit 1 ;;
    esac
done
exit 1
