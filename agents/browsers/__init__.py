"""Where the certificate goes that browsers show: people's certificate stores and the policies of browsers, on Linux."""
