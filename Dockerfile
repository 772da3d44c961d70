# One image for web, worker, beat and migrate: they differ only in the command that docker-compose.yml gives.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

# The folders of the volumes belong to the user, so that fresh volumes do too.
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin hulk \
    && install -d -o hulk -g hulk -m 0700 /data /gold

WORKDIR /srv/hulk
COPY requirements.txt ./
RUN pip install -r requirements.txt

COPY manage.py ./
COPY bin bin
COPY scoring scoring
COPY leaderboard leaderboard
COPY submissions submissions
COPY hulk_site hulk_site
COPY templates templates
COPY static static
# The samples that /faq/ offers.
COPY tests/bundles/good tests/bundles/good

USER 10001:10001
ENV HULK_DATA=/data \
    HULK_GOLD=/gold \
    HULK_BIND=0.0.0.0:8000
EXPOSE 8000
CMD ["bin/web"]
